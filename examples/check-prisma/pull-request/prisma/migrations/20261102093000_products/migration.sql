-- AlterTable
ALTER TABLE "Product" ADD CONSTRAINT "Product_sku_key" UNIQUE ("sku");

-- AddForeignKey
ALTER TABLE "OrderItem" ADD CONSTRAINT "OrderItem_productId_fkey" FOREIGN KEY ("productId") REFERENCES "Product"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
